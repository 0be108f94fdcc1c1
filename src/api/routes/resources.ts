import type { ResourceOptions } from '../../client/resources.ts';
import { route } from '../api-route.ts';
import {
  RemovedResource,
  ResourceList,
  ResourceOrder,
  ResourcePlace,
  ResourceQuery,
  SetResource,
} from '../schemas/resource.ts';

const tag = 'resources';

const list = route({
  method: 'get',
  path: '/v1/resources',
  tag,
  summary: 'List resources with what is held of them and how many jobs wait',
  query: ResourceQuery,
  answers: { 200: { description: 'The resources.', schema: ResourceList } },
  handle: async ({ client, query }) => ({
    status: 200,
    body: { resources: await client.resources.list(query as ResourceOptions) },
  }),
});

const set = route({
  method: 'put',
  path: '/v1/resources/{name}',
  tag,
  summary: 'Set how much there is of a resource',
  description: 'It need not have been there. What is held is not taken away.',
  params: ResourcePlace,
  query: ResourceQuery,
  body: ResourceOrder,
  answers: { 200: { description: 'It is set.', schema: SetResource } },
  errors: ['temporal_unavailable'],
  async handle({ client, params: { name }, query, body: { capacity } }) {
    const { granted } = await client.resources.set(name, capacity, query as ResourceOptions);
    return {
      status: 200,
      body: { name, ...query, capacity, granted },
      audit: { details: { ...query, capacity } },
    };
  },
});

const remove = route({
  method: 'delete',
  path: '/v1/resources/{name}',
  tag,
  summary: 'Remove a resource that no job holds or waits for',
  params: ResourcePlace,
  query: ResourceQuery,
  answers: { 200: { description: 'It is removed.', schema: RemovedResource } },
  errors: ['resource_not_found', 'resource_in_use'],
  async handle({ client, params: { name }, query }) {
    await client.resources.remove(name, query as ResourceOptions);
    return { status: 200, body: { name, ...query }, audit: { details: query } };
  },
});

/** Routes of resources. */
export const resourceRoutes = [list, set, remove];
