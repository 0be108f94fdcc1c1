import { defineJob } from 'holdfast';
import { z } from 'zod';

class PaymentError extends Error {
  name = 'PaymentError';
}

/** Does with its input all that could give it away. */
export const pay = defineJob({
  kind: 'pay',
  pool: 'test',
  secret: true,
  retry: { maxAttempts: 2, backoff: ['10ms', '10ms'] },
  input: z.object({
    card: z
      .string()
      .refine((card) => card.length < 20, { error: ({ input }) => 'too long: ' + input }),
    then: z.enum(['return', 'throw', 'die']),
  }),
  run({ card, then }, ctx) {
    ctx.progress({ card });
    ctx.log.info('paying', { card, nested: { card } });
    if (then === 'throw') throw new PaymentError('declined: ' + card);
    if (then === 'die') {
      setTimeout(() => {
        throw new PaymentError('uncaught: ' + card);
      });
      return new Promise(() => undefined);
    }
    return { paid: card };
  },
});
