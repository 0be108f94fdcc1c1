import { HoldfastError } from '../../domain/errors.ts';
import { temporalError } from '../../domain/temporal-error.ts';
import type { Connections } from '../connections.ts';

/**
 * Sees to it that a sweep compares the ledger with the Temporal that its jobs run on: to any other one all
 * of them are unknown, and it would start them all again.
 *
 * @param isAdopted the ledger goes over to this namespace, and its open jobs are lost ones
 * @throws HoldfastError `ledger_of_other_namespace`, `temporal_unavailable` or `ledger_unavailable`
 */
export async function checkNamespace(
  { client, ledger, place }: Connections,
  isAdopted: boolean,
): Promise<void> {
  const { namespace } = place;
  const id = await client.workflowService
    .describeNamespace({ namespace })
    .then(({ namespaceInfo }) => namespaceInfo?.id ?? '')
    .catch((error: unknown) => {
      throw temporalError(error, place);
    });
  const ours = `${namespace} ${id}`;
  const owner = await ledger.sweep.claimNamespace(ours, isAdopted);
  if (owner === ours) return;
  throw new HoldfastError(
    'ledger_of_other_namespace',
    `sweep: expected the namespace whose jobs the ledger has, ${owner}, got ${ours} at ${place.address}`,
    {
      hint: 'check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and DATABASE_URL; if that namespace is gone for good, `holdfast sweep --adopt` starts its open jobs again in this one',
      details: { owner, namespace: ours },
    },
  );
}
