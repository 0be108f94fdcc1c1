import { z } from '@hono/zod-openapi';
import { Name } from './name.ts';

/** What a path names a resource by. */
export const ResourcePlace = z.object({ name: Name });

/** Whose resource is meant. */
export const ResourceQuery = z.strictObject({
  pool: Name.optional().openapi({
    description: 'The pool that has it to itself; left out: the fleet.',
  }),
});

/** How much there is to be of a resource. */
export const ResourceOrder = z
  .strictObject({ capacity: z.int().min(0).max(2_147_483_647) })
  .openapi('ResourceOrder');

/** Resources with who has of them. */
export const ResourceList = z
  .object({
    resources: z.array(
      z
        .object({
          name: z.string(),
          pool: z.string().optional(),
          capacity: z.number(),
          held: z.number().openapi({ description: 'Over the capacity, after that was lowered.' }),
          waiting: z.number().openapi({ description: 'How many jobs wait for it.' }),
          isLimit: z.boolean().openapi({ description: 'It stands for a concurrency limit.' }),
        })
        .openapi('Resource'),
    ),
  })
  .openapi('ResourceList');

const resource = { name: z.string(), pool: z.string().optional() };

/** A capacity that was set. */
export const SetResource = z
  .object({
    ...resource,
    capacity: z.int(),
    granted: z.int().openapi({ description: 'How many waiting jobs got all they need by that.' }),
  })
  .openapi('SetResource');

/** A resource that was removed. */
export const RemovedResource = z.object(resource).openapi('RemovedResource');
