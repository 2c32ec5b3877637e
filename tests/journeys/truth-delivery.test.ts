/** The numbers of what the appliance hands on: to ClickHouse, to Vector and to people. */
import { proveAll } from './truth/prove-all.ts';

proveAll('delivery');
