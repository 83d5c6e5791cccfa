// A certified OpenID Connect provider on loopback, for tests: two clients, anybody may sign in under any name.
// Keys are rotated and tokens made short-lived by asking it so; the address is printed once it listens.
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { pathToFileURL } from 'node:url';

const [library, redirect] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(library));

const server = createServer((request, response) => handle(request, response));
await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
const issuer = `http://127.0.0.1:${server.address().port}`;

const client = (id, more) => ({
  client_id: id, client_secret: `${id} & its: secret/+%`, redirect_uris: [redirect], grant_types: ['authorization_code'],
  response_types: ['code'], ...more,
});

function provider(number, seconds) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const made = new Provider(issuer, {
    clients: [client('northtown'), client('other'), client('posts', { token_endpoint_auth_method: 'client_secret_post' })],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: `key-${number}`, use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['only for tests'] },
    pkce: { required: () => true },
    ttl: { IdToken: seconds, AccessToken: 600, AuthorizationCode: 60, Grant: 600, Interaction: 600, Session: 600 },
    findAccount: (context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  });
  return made.callback();
}

let number = 1;
let answer = provider(number, 600);

function handle(request, response) {
  if (request.method === 'POST' && request.url.startsWith('/test/rotate')) {
    number += 1;
    answer = provider(number, Number(request.url.split('=')[1] ?? 600));
    response.end('rotated');
    return;
  }
  answer(request, response);
}

process.stdin.on('end', () => process.exit(0)).resume();
console.log(issuer);
