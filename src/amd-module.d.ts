/** AMD's own `module`, given to the bundle by Grafana's loader. */
declare module 'amd-module' {
  const amdModule: { readonly uri?: string; readonly id?: string };
  export default amdModule;
}
