import { z } from 'zod';

// Zod looks for `eval` when a schema is made; the page's policy forbids it and would report the attempt. So this module
// is imported before any that makes a schema.
z.config({ jitless: true });
