import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { parse } from 'yaml';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

// The document as JSON, beside the pages: a server that has none of its own serves this one.
function openapiJson(): Plugin {
  return {
    name: 'openapi-json',
    generateBundle() {
      const text = readFileSync(resolve(import.meta.dirname, '../schema/openapi.yaml'), 'utf8');
      this.emitFile({
        type: 'asset',
        fileName: 'openapi.json',
        source: JSON.stringify(parse(text)),
      });
    },
  };
}

const api = process.env.HEADWATER_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react(), openapiJson()],
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        index: resolve(import.meta.dirname, 'index.html'),
        docs: resolve(import.meta.dirname, 'docs.html'),
      },
    },
  },
  server: {
    proxy: {
      '/api': api,
      '/openapi.json': api,
      '/docs/errors': api,
    },
  },
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'maths', environment: 'node', include: ['src/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'views',
          environment: 'jsdom',
          include: ['src/**/*.test.tsx'],
          setupFiles: ['src/test/setup.ts'],
          restoreMocks: true,
          unstubGlobals: true,
          testTimeout: 60_000,
        },
      },
    ],
  },
});
