/** Files that the build copies to the site, as their address there. */
declare module '*.csv?url' {
  const url: string;
  export default url;
}
declare module '*.png?url' {
  const url: string;
  export default url;
}
declare module '*.jpg?url' {
  const url: string;
  export default url;
}
declare module '*.txt?url' {
  const url: string;
  export default url;
}
declare module '*.bin?url' {
  const url: string;
  export default url;
}
