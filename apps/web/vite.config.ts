import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

const api = { target: 'http://127.0.0.1:3000', changeOrigin: false };

export default defineConfig({
  plugins: [
    react(),
    VitePWA({
      // Both are written by hand: the page's policy allows no inline script.
      injectRegister: false,
      manifest: false,
      registerType: 'prompt',
      workbox: {
        globPatterns: ['**/*.{js,css,html,svg,png,woff2,webmanifest}'],
        // Half a megabyte that only a new password needs.
        globIgnores: ['**/measure-strength-*.js'],
        dontCacheBustURLsMatching: /^assets\//,
        inlineWorkboxRuntime: true,
        navigateFallback: '/index.html',
        navigateFallbackDenylist: [/^\/(?:api|trpc|auth|assets|livez|readyz)(?:[/?]|$)/],
      },
    }),
  ],
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
