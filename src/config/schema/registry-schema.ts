import * as z from 'zod';
import { section } from './section.ts';
import { choice, environmentName, list, nonEmptyText, text } from './values.ts';

const authSchema = section(
  {
    usernameEnv: environmentName('The environment variable that holds the user name.', 'GHCR_USER').optional(),
    passwordEnv: environmentName('The environment variable that holds the password or token.', 'GHCR_TOKEN').optional(),
    helper: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'this is not the name of a credential helper')
      .meta({ description: 'Runs docker-credential-HELPER.', examples: ['corp-login'] })
      .optional(),
  },
  {
    id: 'Auth',
    description:
      'Where the credentials come from: usernameEnv and passwordEnv, or helper. Secrets never stand in this file. Without auth: the Docker configuration.',
  },
);

/** One entry of `registries`. */
export const registrySchema = section(
  {
    auth: authSchema.optional(),
    ca: text(
      'A PEM file with authorities to trust besides those of the system, relative to this file.',
      './certs/root.pem',
    ).optional(),
    clientCert: nonEmptyText(
      'A PEM file with the certificate to show to the registry, relative to this file. Goes with clientKey.',
      './certs/ci.pem',
    ).optional(),
    clientKey: nonEmptyText(
      'A PEM file with the private key of clientCert, relative to this file.',
      './certs/ci.key',
    ).optional(),
    concurrency: z
      .int()
      .min(1)
      .max(256)
      .meta({ description: 'Requests in flight at one time.', examples: [8] })
      .optional(),
    deletes: choice(
      ['never', 'tag'],
      'What may be deleted here: nothing, or the tags that are declared absent.',
    ).optional(),
    insecureSkipVerify: z.boolean().meta({ description: 'Accept any certificate.', default: false }).optional(),
    mirrors: list(
      z.string(),
      'Hosts that hold copies of what this registry has. Sources with a digest are looked for there first; tags, targets and credentials of this registry never go there.',
      ['mirror.gcr.io'],
    ).optional(),
    readOnly: z.boolean().meta({ description: 'Only read: a source, never a target.', default: false }).optional(),
    rateLimitReserve: z
      .int()
      .min(0)
      .max(1_000_000)
      .meta({
        description: 'Pulls to leave to others, of those that the registry allows in its time window.',
        examples: [20],
      })
      .optional(),
    trustedRealms: list(z.string(), 'Hosts of token servers that may get the credentials of this registry.', [
      'auth.corp.example',
    ]).optional(),
    plainHttp: z.boolean().meta({ description: 'Speak http, without TLS.', default: false }).optional(),
  },
  {
    id: 'Registry',
    description: 'How to talk to a registry.',
  },
);

export type RegistryInput = z.infer<typeof registrySchema>;
