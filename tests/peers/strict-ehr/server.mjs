// A hospital that lets nothing pass: npm oidc-provider as SMART authorization server, and a proxy in front of a FHIR server that looks at
// token and scopes. Only the launch is ours to make: POST /launch {patient, practitioner, scope?} stands for the clinician's click in the EHR.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import http from 'node:http';
import { parseArgs } from 'node:util';
import Provider, { errors } from 'oidc-provider';

const OPTIONS = ['port', 'fhir', 'client-id', 'redirect-uri', 'jwks-uri'];
const { values: given } = parseArgs({ options: Object.fromEntries(OPTIONS.map((name) => [name, { type: 'string' }])) });
const missing = OPTIONS.filter((name) => !given[name]);
if (missing.length) throw new Error(`strict-ehr needs --${missing.join(' --')}`);

const behind = new URL(given.fhir);
const issuer = `http://127.0.0.1:${given.port}`;
const base = issuer + behind.pathname;
const launches = new Map();
const launchOfGrant = new Map();

// ---- scopes: SMART 2.2, "Scopes for requesting FHIR Resources": any of the letters c r u d s, in that order
const TYPES = ('* AllergyIntolerance Appointment CarePlan CareTeam Condition DocumentReference Encounter EpisodeOfCare Goal MedicationRequest '
  + 'Observation Patient Practitioner PractitionerRole Procedure Provenance Questionnaire QuestionnaireResponse RelatedPerson ServiceRequest Task').split(' ');
const LETTERS = Array.from({ length: 31 }, (_, set) => [...'cruds'].filter((_letter, place) => (set + 1) & (1 << place)).join(''));
const FHIR_SCOPES = ['patient', 'user'].flatMap((who) => TYPES.flatMap((type) => LETTERS.map((may) => `${who}/${type}.${may}`)));

function allows(scopes, { type, letter }) {
  return [...scopes].some((scope) => {
    const [, granted, may] = /^(?:patient|user)\/([^.]+)\.(.+)$/.exec(scope) ?? [];
    return (granted === '*' || granted === type) && may.includes(letter);
  });
}

// What one request, or one entry of a bundle, needs; undefined: not offered here.
function need(method, url, body) {
  const [type, id, more] = url.split('?')[0].split('/');
  const about = body?.subject?.reference ?? body?.patient?.reference;
  if (!TYPES.includes(type) || id?.startsWith('$') || more?.startsWith('$')) return undefined;
  if (method === 'POST') return id ? id === '_search' && { type, letter: 's' } : { type, letter: 'c', about };
  const letter = { GET: id && !id.startsWith('_') ? 'r' : 's', PUT: 'u', PATCH: 'u', DELETE: 'd' }[method];
  return letter && { type, letter, about };
}

function needs(method, url, body) {
  if (url.startsWith('?_getpages=')) return []; // the next page of a search that was allowed
  if (method !== 'POST' || url !== '') return [need(method, url, body)];
  return body?.entry?.map(({ request, resource }) => need(request?.method, request?.url ?? '', resource)) ?? [undefined];
}

// ---- the authorization server
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const provider = new Provider(issuer, {
  clients: [{
    client_id: given['client-id'],
    redirect_uris: [given['redirect-uri']],
    jwks_uri: given['jwks-uri'],
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    id_token_signed_response_alg: 'RS256',
  }],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'strict-ehr-1' }] },
  clientAuthMethods: ['private_key_jwt'],
  enabledJWA: { clientAuthSigningAlgValues: ['ES384', 'RS384'] },
  scopes: ['openid', 'fhirUser', 'launch', ...FHIR_SCOPES],
  claims: { openid: ['sub'], fhirUser: ['fhirUser'] },
  conformIdTokenClaims: false, // SMART 2.2: fhirUser stands in the id_token
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  ttl: { AccessToken: 3600, AuthorizationCode: 60, Grant: 36000, IdToken: 3600, Interaction: 600, Session: 36000 },
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub, fhirUser: `${base}/${sub}` }) }),
  extraParams: {
    aud(_ctx, value) {
      if (value !== base) throw new errors.InvalidRequest(`aud must be ${base}`);
    },
    launch(ctx, value) {
      const launch = launches.get(value);
      if (!launch || (launch.used && ctx.oidc.route === 'authorization')) throw new errors.InvalidRequest('unknown launch');
    },
  },
  fetch: (url, { dispatcher: _guard, ...options }) => fetch(url, options), // its guard refuses loopback, where the client's keys are
});

// Signs the launch's practitioner in and grants what was asked, less what the launch withholds.
async function approve(ctx) {
  const { params } = await provider.interactionDetails(ctx.req, ctx.res);
  const launch = launches.get(params.launch);
  launch.used = true;
  const grant = new provider.Grant({ accountId: launch.practitioner, clientId: params.client_id });
  const [granted, withheld] = [true, false].map((may) => params.scope.split(' ').filter((scope) => may === (launch.scope?.includes(scope) ?? true)));
  grant.addOIDCScope(granted.join(' '));
  grant.rejectOIDCScope(withheld.join(' '));
  const grantId = await grant.save();
  launchOfGrant.set(grantId, launch);
  ctx.respond = false;
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: launch.practitioner }, consent: { grantId } });
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function makeLaunch(ctx) {
  const { patient, practitioner, scope } = JSON.parse(await bodyOf(ctx.req));
  const launch = randomBytes(16).toString('hex');
  launches.set(launch, { patient, practitioner: `Practitioner/${practitioner}`, scope: scope?.split(' ') });
  ctx.body = { launch, iss: base };
}

// ---- the FHIR server
function smartConfiguration(ctx) {
  ctx.body = {
    issuer,
    jwks_uri: `${issuer}/jwks`,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['ES384', 'RS384'],
    grant_types_supported: ['authorization_code'],
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: ['openid', 'fhirUser', 'launch', 'patient/*.cruds', 'user/*.cruds'],
    capabilities: ['launch-ehr', 'client-confidential-asymmetric', 'context-ehr-patient', 'sso-openid-connect',
      'permission-patient', 'permission-user', 'permission-v2'],
  };
}

function refuse(ctx, status, code, challenge, diagnostics) {
  ctx.status = status;
  ctx.set('WWW-Authenticate', challenge);
  ctx.type = 'application/fhir+json';
  ctx.body = JSON.stringify({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, diagnostics }] });
}

async function guard(ctx) {
  const url = ctx.url.slice(behind.pathname.length).replace(/^\//, '');
  const body = await bodyOf(ctx.req);
  if (url.split('?')[0] === 'metadata') return capabilities(ctx);
  const token = await provider.AccessToken.find(/^Bearer (\S+)$/.exec(ctx.get('Authorization'))?.[1] ?? '');
  if (!token) return refuse(ctx, 401, 'login', 'Bearer error="invalid_token"', 'No valid access token');
  const { patient } = launchOfGrant.get(token.grantId);
  const json = /json/.test(ctx.get('Content-Type')) && body.length ? JSON.parse(body) : undefined;
  for (const wanted of needs(ctx.method, url, json)) {
    if (!wanted || !allows(token.scopes, wanted)) {
      return refuse(ctx, 403, 'forbidden', 'Bearer error="insufficient_scope"', `No scope for ${wanted ? `${wanted.type}.${wanted.letter}` : url}`);
    }
    if (wanted.about && wanted.about !== `Patient/${patient}`) {
      return refuse(ctx, 403, 'forbidden', 'Bearer error="insufficient_scope"', `${wanted.about} is not the patient of this launch`);
    }
  }
  return forward(ctx, body);
}

// HAPI keeps the statement it made for the first who asked, with the address that one used.
async function capabilities(ctx) {
  ctx.req.headers.accept = 'application/fhir+json';
  await forward(ctx);
  const statement = JSON.parse(ctx.body);
  ctx.body = JSON.stringify({ ...statement, implementation: { ...statement.implementation, url: base } });
}

// The Host header stays ours: from it HAPI builds Location, fullUrl and next links, so that they carry our base and not its own.
async function forward(ctx, body) {
  const { authorization: _token, 'accept-encoding': _zip, ...headers } = ctx.req.headers;
  const answer = await new Promise((resolve, reject) => {
    const request = http.request({ host: behind.hostname, port: behind.port, method: ctx.method, path: ctx.url, headers, setHost: false }, resolve);
    request.on('error', reject).end(body);
  });
  ctx.status = answer.statusCode;
  for (const name of ['content-type', 'etag', 'last-modified', 'location', 'content-location']) {
    if (answer.headers[name]) ctx.set(name, answer.headers[name]);
  }
  ctx.body = await bodyOf(answer);
}

provider.use(async (ctx, next) => {
  const { path, method } = ctx;
  if (path === '/launch' && method === 'POST') return makeLaunch(ctx);
  if (path.startsWith('/interaction/')) return approve(ctx);
  if (path === `${behind.pathname}/.well-known/smart-configuration`) return smartConfiguration(ctx);
  if (path === behind.pathname || path.startsWith(`${behind.pathname}/`)) return guard(ctx);
  // The launch names the user, not what is left in the browser of an earlier one.
  if (path.startsWith('/auth')) ctx.req.headers.cookie = ctx.get('Cookie').split('; ').filter((cookie) => !cookie.startsWith('_session')).join('; ');
  await next();
  if (ctx.oidc?.route === 'token' && ctx.status === 200) Object.assign(ctx.body, { patient: launchOfGrant.get(ctx.oidc.entities.Grant.jti).patient });
});

provider.listen(Number(given.port), '127.0.0.1', () => console.log(`ready ${base}`));
