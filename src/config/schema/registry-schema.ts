import * as z from 'zod';
import { section } from './section.ts';
import { environmentName, list, text } from './values.ts';

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
    concurrency: z
      .int()
      .min(1)
      .max(256)
      .meta({ description: 'Requests in flight at one time.', examples: [8] })
      .optional(),
    insecureSkipVerify: z.boolean().meta({ description: 'Accept any certificate.', default: false }).optional(),
    trustedRealms: list(z.string(), 'Hosts of token servers that may get the credentials of this registry.', [
      'auth.corp.example',
    ]).optional(),
    plainHttp: z.boolean().meta({ description: 'Speak http, without TLS.', default: false }).optional(),
  },
  {
    id: 'Registry',
    description: 'How to talk to a registry.',
    planned: ['clientCert', 'clientKey', 'deletes', 'mirrors', 'rateLimitReserve', 'readOnly'],
  },
);

export type RegistryInput = z.infer<typeof registrySchema>;
