import { createRequire } from 'node:module';

/** A history as the SDK takes it, and as its files hold it: the JSON that the Web UI exports, too. */
export interface History {
  readonly events?: readonly object[] | null;
}

interface ProtoJson {
  readonly toJson: (type: unknown, message: unknown) => unknown;
  readonly fromJson: (
    type: unknown,
    json: unknown,
    options: { readonly ignoreUnknownFields: boolean },
  ) => History;
}

interface ProtoRoot {
  lookupType(name: string): { fromObject(object: object): unknown };
}

// The SDK's own `historyFromJSON` fails with "type must be a Type" where npm installs more than one
// copy of protobufjs. A type goes only with the copy that made it, so that one is asked for here.
const require = createRequire(import.meta.url);
const ofProto = createRequire(require.resolve('@temporalio/proto'));
const { toJson, fromJson } = ofProto('protobufjs/ext/protojson') as ProtoJson;
const { patchProtobufRoot } = require('@temporalio/proto/lib/patch-protobuf-root') as {
  readonly patchProtobufRoot: (root: unknown) => ProtoRoot;
};
const type = patchProtobufRoot(require('@temporalio/proto')).lookupType(
  'temporal.api.history.v1.History',
);

/** The JSON of a history that a client has fetched. */
export function historyToJson(history: History): unknown {
  return toJson(type, type.fromObject(history));
}

/** The history in a file. */
export function historyFromJson(json: unknown): History {
  return fromJson(type, json, { ignoreUnknownFields: true });
}
