/** A CSV file that the build copies to the site, as its address there. */
declare module '*.csv?url' {
  const url: string;
  export default url;
}
