// A server with an API key of both fakes of tests/providers, whose webhooks come to it, a customer and a manager. All of
// it ends when the test file ends.
import { startFakeMollie } from '../../providers/mollie.mjs';
import { startFakeStripe } from '../../providers/stripe.mjs';
import { atEnd, newStaff, newStripeSecret, prepareAkkoord, registerCustomer } from './akkoord.mjs';
import { MOLLIE_KEY, MOLLIE_SECRET, STRIPE_KEY } from './provider_clients.mjs';

// {stripe, mollie, server, customer, staff}; `stripe` and `mollie` are options of the fakes.
export async function startProviderShop({ stripe: stripeOptions = {}, mollie: mollieOptions = {} } = {}) {
  const secret = newStripeSecret();
  const delivery = { compress: 3600 };
  const stripe = await startFakeStripe({ secret, delivery, ...stripeOptions });
  const mollie = await startFakeMollie({ secret: MOLLIE_SECRET, delivery, ...mollieOptions });
  atEnd(() => Promise.all([stripe.close(), mollie.close()]));
  const server = await prepareAkkoord({
    env: {
      AKKOORD_STRIPE_SECRET_KEY: STRIPE_KEY,
      AKKOORD_STRIPE_API_URL: stripe.url,
      AKKOORD_STRIPE_WEBHOOK_SECRET: secret,
      AKKOORD_MOLLIE_API_KEY: MOLLIE_KEY,
      AKKOORD_MOLLIE_API_URL: mollie.url,
      AKKOORD_MOLLIE_WEBHOOK_SECRET: MOLLIE_SECRET,
    },
  });
  stripe.endpoints = [{ url: `${server.url}/webhooks/stripe`, secrets: [secret] }];
  await server.start();
  return { stripe, mollie, server, customer: await registerCustomer(server), staff: await newStaff(server, 'manager') };
}
