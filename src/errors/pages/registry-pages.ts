import type { ErrorPage } from './page.ts';

/** Of errors on the way to a registry, or said by one. */
export const REGISTRY_PAGES = {
  MANIFEST_INVALID: {
    causes: [
      'the tag holds something that is neither an image nor an index',
      'a proxy or login page answered instead of the registry',
    ],
    steps: [
      'plait inspect REFERENCE --raw shows the bytes',
      'push the image again with a tool that follows the image specification',
    ],
  },
  MANIFEST_TOO_LARGE: {
    causes: ['annotations or embedded data of megabytes', 'an index with thousands of entries'],
    steps: ['keep large texts out of annotations', 'registries refuse manifests over 4 MiB: split the index'],
  },
  DIGEST_MISMATCH: {
    causes: ['a proxy or cache changed the content', 'the storage of the registry is damaged'],
    steps: ['try again without the proxy', 'push the image again; if it goes on, tell the operator of the registry'],
  },
  BLOB_MISSING: {
    causes: [
      'a clean-up of the registry removed layers that were still in use',
      'a push that was cut, to a registry that does not check',
    ],
    steps: ['build and push the image again', 'look at the rules of the clean-up job'],
  },
  REGISTRY_UNREACHABLE: {
    causes: ['a typo in the host', 'no network, no DNS entry, or a firewall', 'the registry speaks http only'],
    steps: [
      'check the host in the message',
      'for http: plainHttp: true under registries, or --plain-http HOST',
      'behind a proxy set HTTPS_PROXY',
    ],
  },
  REGISTRY_TLS: {
    causes: [
      'a certificate of a private authority',
      'a certificate that is out of date or for another name',
      'the port speaks http',
    ],
    steps: [
      'name the authority: ca: ./root.pem under registries',
      'for http: plainHttp: true',
      'only for a test: --insecure-skip-verify HOST',
    ],
  },
  REGISTRY_UNAUTHORIZED: {
    causes: ['nobody is signed in to this registry', 'a token that has expired', 'credentials for another account'],
    steps: [
      'docker login HOST, or auth under registries',
      'in CI set the variables that usernameEnv and passwordEnv name',
      'the message says where the credentials came from',
    ],
  },
  REGISTRY_DENIED: {
    causes: [
      'the account may read and not write',
      'the repository does not exist and may not be created by a push',
      'the token was made without the right to write packages',
    ],
    steps: [
      'give the account write access to the repository',
      'create the repository first where the registry wants that, as Amazon ECR does',
    ],
  },
  REGISTRY_RATE_LIMITED: {
    causes: ['anonymous pulls from Docker Hub', 'many jobs behind one address'],
    steps: [
      'sign in: accounts have higher limits',
      'read sources through a mirror: mirrors under registries',
      'lower concurrency for this registry, and run again later',
    ],
  },
  REGISTRY_READ_ONLY: {
    causes: ['maintenance or clean-up of the registry', 'the host is a mirror or a pull-through cache'],
    steps: ['push to the registry itself', 'run again after the maintenance'],
  },
  REGISTRY_TAG_IMMUTABLE: {
    causes: ['a rule of the registry that tags of releases must not move'],
    steps: [
      'publish under a new tag',
      'or change the rule in the registry; guards.immutableTags makes a plan tell beforehand',
    ],
  },
  REGISTRY_CHILD_UNKNOWN: {
    causes: [
      'an image was removed between the plan and the push',
      'the registry checks children and does not look in other repositories',
    ],
    steps: ['apply again: what is missing is copied again', 'keep clean-up jobs off untagged images'],
  },
  REGISTRY_PROTOCOL: {
    causes: [
      'the host is no registry, or a proxy answers in its place',
      'a registry that does not follow the distribution specification',
    ],
    steps: ['open https://HOST/v2/ and see who answers', 'check the host for a path or port that is missing'],
  },
  REGISTRY_BLOCKED: {
    causes: ['registries.conf of this machine has blocked = true for it'],
    steps: ['use the registry that your organisation wants', 'or change the file that the message names'],
  },
  HOST_FILE_INVALID: {
    causes: ['a typo in registries.conf, hosts.toml or a file of certs.d'],
    steps: [
      'go to the file and line in the message',
      'such files belong to the machine: its other tools have the same problem',
    ],
  },
  PROXY_FAILED: {
    causes: ['the proxy wants a password', 'the proxy does not allow the host'],
    steps: [
      'write the password into HTTPS_PROXY: http://user:password@host:port',
      'name hosts that need no proxy in NO_PROXY',
    ],
  },
  REGISTRY_ERROR: {
    causes: ['the registry has a problem of its own', 'a limit of the account, such as storage'],
    steps: ['read the words of the registry in the message', 'run again; what is done is not done twice'],
  },
  REDIRECT_REFUSED: {
    causes: ['the registry sent us from https to http, or to an address inside of this machine'],
    steps: [
      'check the address in the settings of the registry',
      'behind a TLS proxy, the registry must know its outer address',
    ],
  },
  REALM_REFUSED: {
    causes: ['the token server is on another host than the registry, or speaks http'],
    steps: ['if the host in the message is right, list it: trustedRealms under registries'],
  },
  CREDENTIALS_INVALID: {
    causes: ['a docker config that is no JSON, or an entry that is not base64', 'a variable that auth names is empty'],
    steps: [
      'docker logout HOST and docker login HOST write the entry anew',
      'check the variables that usernameEnv and passwordEnv name',
    ],
  },
  CREDENTIAL_HELPER_FAILED: {
    causes: ['docker-credential-… is not on the PATH, as in CI', 'the key store behind it is locked'],
    steps: [
      'run the helper by hand: echo HOST | docker-credential-NAME get',
      'or remove it from credHelpers and credsStore',
    ],
  },
} as const satisfies Readonly<Record<string, ErrorPage>>;
