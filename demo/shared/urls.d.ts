/** Files that the build copies to the site, as their address there. */
declare module '*.csv?url' {
  const url: string;
  export default url;
}
