/** @type {import("@sveltejs/vite-plugin-svelte").SvelteConfig} */
export default {
  compilerOptions: {
    runes: true,
    // Named after the rules, not the file's place on disk: the bundle must not depend on the folder it is built in.
    cssHash: ({ hash, css }) => `s-${hash(css)}`,
  },
};
