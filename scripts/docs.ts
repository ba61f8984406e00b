import { writeFileSync } from 'node:fs';
import { docsPages } from './docs/pages.ts';

const folder = new URL('../docs/', import.meta.url);
for (const [file, text] of await docsPages()) {
  writeFileSync(new URL(file, folder), text);
  console.log(`docs/${file}`);
}
