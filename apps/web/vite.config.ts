import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

const api = { target: 'http://127.0.0.1:3000', changeOrigin: false };

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['@docket/source', ...defaultClientConditions] },
  server: { proxy: { '/trpc': api, '/api': api } },
  build: {
    outDir: 'dist',
    target: 'baseline-widely-available',
    // `light-dark()` is left as written instead of being unfolded into twice the custom properties.
    cssTarget: ['chrome123', 'edge123', 'firefox121', 'safari17.5'],
    // The page's policy allows no `data:` font and no inline style.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
