import { DefaultFailureConverter } from '@temporalio/common';

/** Puts the messages and stacks of failures in payloads, which the codec encrypts. Found by its path. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
