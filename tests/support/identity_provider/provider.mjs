// An OpenID provider to sign in at, for tests: oidc-provider with a login page of one question.
// node provider.mjs RETURN_TO [PRIVATE_KEY_FILE]: with a file, the client proves itself with the key that is written there.
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import http from "node:http";
import { pathToFileURL } from "node:url";

const folder = process.env.OIDC_PROVIDER_FOLDER;
const { default: Provider } = await import(pathToFileURL(`${folder}/node_modules/oidc-provider/lib/index.js`).href);
const [returnTo, keyFile] = process.argv.slice(2);

const client = { client_id: "waymark", redirect_uris: [returnTo], grant_types: ["authorization_code"], response_types: ["code"] };
if (keyFile) {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(keyFile, pair.privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  client.token_endpoint_auth_method = "private_key_jwt";
  client.token_endpoint_auth_signing_alg = "ES256";
  client.jwks = { keys: [{ ...pair.publicKey.export({ format: "jwk" }), kid: "waymark-1", alg: "ES256", use: "sig" }] };
} else {
  client.client_secret = "a secret that only tests know";
}

const page = (action) => `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Elsewhere</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main><h1>Sign in elsewhere</h1>
<form method="post" action="${action}"><p><label for="login">Name</label> <input id="login" name="login"></p>
<p><button type="submit" name="amr" value="pwd">Sign in with a password</button></p>
<p><button type="submit" name="amr" value="mfa">Sign in with a second factor</button></p></form></main></body></html>`;

const read = async (request) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  return new URLSearchParams(body);
};

// Whoever started this reads one line and no more.
process.stdout.on("error", () => {});
console.info = console.warn = () => {};

const server = http.createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [client],
    cookies: { keys: ["only for tests"] },
    claims: { openid: ["sub", "amr"], profile: ["name"], email: ["email", "email_verified"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
    acrValues: [],
    // The name says what the provider knows of somebody: "lea" has a confirmed address, "lea-unconfirmed" another.
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: `${id[0].toUpperCase()}${id.slice(1)} Elsewhere`,
        email: `${id.replace("-unconfirmed", "")}@example.org`,
        email_verified: !id.endsWith("-unconfirmed"),
      }),
    }),
  });
  const answer = provider.callback();
  server.on("request", async (request, response) => {
    if (!request.url.startsWith("/interaction/")) return answer(request, response);
    try {
      const { prompt, params, session } = await provider.interactionDetails(request, response);
      if (prompt.name === "consent") {
        const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
        grant.addOIDCScope(params.scope);
        const grantId = await grant.save();
        return provider.interactionFinished(request, response, { consent: { grantId } }, { mergeWithLastSubmission: true });
      }
      if (request.method === "POST") {
        const form = await read(request);
        const login = { accountId: form.get("login"), amr: [form.get("amr")] };
        const said = form.get("login") === "nobody" ? { error: "access_denied" } : { login };
        return provider.interactionFinished(request, response, said, { mergeWithLastSubmission: false });
      }
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page(request.url));
    } catch (cause) {
      response.writeHead(500).end(String(cause));
    }
  });
  console.log(issuer);
});
