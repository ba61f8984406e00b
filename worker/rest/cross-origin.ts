import cors from 'cors';
import type { RequestHandler } from 'express';

export interface CrossOriginRules {
  /** `access.control.allow.origin`: patterns between commas. */
  readonly origins: string;
  /** `access.control.allow.methods` */
  readonly methods: string;
}

function entries(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** Whether an origin is one of the patterns, in which `*` stands for any text. */
export function originAllowed(origin: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const source = pattern
      .split('*')
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('.*');
    return new RegExp(`^${source}$`, 'i').test(origin);
  });
}

/**
 * Lets pages of other origins call the API (CORS): answers what browsers ask first and marks answers for those origins.
 * Undefined when no origin is allowed, as by default. Cookies and stored passwords are never asked for.
 */
export function crossOrigin({ origins, methods }: CrossOriginRules): RequestHandler | undefined {
  const patterns = entries(origins);
  if (patterns.length === 0) return undefined;
  const named = entries(methods);
  return cors({
    origin: (origin, decide) => decide(null, origin !== undefined && originAllowed(origin, patterns)),
    methods: named.length > 0 ? named : ['GET', 'POST', 'HEAD'],
    allowedHeaders: ['X-Requested-With', 'Content-Type', 'Accept', 'Origin', 'Authorization'],
    optionsSuccessStatus: 200,
  });
}
