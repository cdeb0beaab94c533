/** A file's text, put in at build time. */
declare module '*?raw' {
  const text: string;
  export default text;
}

/** A file's address in the built page. */
declare module '*?url' {
  const address: string;
  export default address;
}
