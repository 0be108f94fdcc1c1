import type { Page } from 'playwright-core';

/** Opens the page of a workflow as a link to it does, without a run id. */
export async function openWorkflow(
  page: Page,
  { webUi, namespace, workflowId }: { webUi: string; namespace: string; workflowId: string },
): Promise<void> {
  await page.goto(`${webUi}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`);
}

/** Clicks on a tab of the workflow's page. */
export async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name }).or(page.getByRole('link', { name })).first().click();
}

/** What can be read on the page now, Markdown included, which the Web UI shows in frames. */
export async function visibleText(page: Page): Promise<string> {
  const texts = page.frames().map((frame) =>
    frame
      .locator('body')
      .innerText({ timeout: 5_000 })
      // A frame that was replaced meanwhile shows nothing.
      .catch(() => ''),
  );
  return (await Promise.all(texts)).join('\n');
}
