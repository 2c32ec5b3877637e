/** What the manuals of the systems list: metrics by type, with the labels that they name. */

type Metrics = Readonly<Record<string, readonly string[]>>;

export interface Published {
  readonly gauge?: Metrics;
  readonly counter?: Metrics;
  readonly histogram?: Metrics;
  readonly info?: Metrics;
}

const none: readonly string[] = [];
const everywhere = [
  'provider',
  'model',
  'method',
  'virtual_key_id',
  'virtual_key_name',
  'selected_key_id',
  'selected_key_name',
  'number_of_retries',
  'fallback_index',
  'team_id',
  'team_name',
  'customer_id',
  'customer_name',
];

export const published: Readonly<Record<string, Published>> = {
  flowtriq: {
    gauge: {
      flowtriq_nodes_total: none,
      flowtriq_nodes_online: none,
      flowtriq_nodes_under_attack: none,
      flowtriq_nodes_offline: none,
      flowtriq_node_pps: ['node', 'ip'],
      flowtriq_node_bps: ['node'],
      flowtriq_node_tcp_pct: ['node'],
      flowtriq_node_udp_pct: ['node'],
      flowtriq_node_icmp_pct: ['node'],
      flowtriq_node_connections: ['node'],
      flowtriq_node_baseline_avg_pps: ['node'],
      flowtriq_node_baseline_p95_pps: ['node'],
      flowtriq_node_baseline_p99_pps: ['node'],
      flowtriq_incidents_active: none,
      flowtriq_incidents_last_24h: none,
      flowtriq_mitigation_active_rules: none,
      flowtriq_mitigation_pending_rules: none,
      flowtriq_mitigation_failed_rules: none,
      flowtriq_mitigation_adapter_healthy: ['adapter', 'type'],
    },
  },
  deepintshield: {
    counter: {
      http_requests_total: [...everywhere, 'path', 'status'],
      bifrost_upstream_requests_total: everywhere,
      bifrost_success_requests_total: everywhere,
      bifrost_error_requests_total: everywhere,
      bifrost_input_tokens_total: everywhere,
      bifrost_output_tokens_total: everywhere,
      bifrost_cost_total: everywhere,
      bifrost_cache_hits_total: everywhere,
    },
    histogram: {
      http_request_duration_seconds: everywhere,
      http_request_size_bytes: everywhere,
      http_response_size_bytes: everywhere,
      bifrost_upstream_latency_seconds: everywhere,
      bifrost_stream_first_token_latency_seconds: everywhere,
      bifrost_stream_inter_token_latency_seconds: everywhere,
    },
  },
  dockmesh: {
    gauge: {
      dockmesh_hosts_total: ['status'],
      dockmesh_stacks_total: ['host', 'state'],
      dockmesh_containers_total: ['host', 'state'],
      dockmesh_agent_last_seen_seconds: ['host'],
      dockmesh_backup_last_run_timestamp: ['job'],
      dockmesh_backup_last_duration_seconds: ['job'],
    },
    histogram: {
      dockmesh_deploy_duration_seconds: ['stack', 'result'],
      dockmesh_agent_rtt_seconds: ['host'],
    },
    counter: {
      dockmesh_api_requests_total: ['method', 'path', 'status'],
      dockmesh_audit_log_entries_total: ['action'],
      dockmesh_alerts_fired_total: ['severity', 'rule'],
    },
  },
  'circuit-breaker': {
    info: { circuitbreaker_info: ['version'] },
    gauge: {
      circuitbreaker_hardware_total: none,
      circuitbreaker_compute_units_total: ['kind'],
      circuitbreaker_services_total: none,
      circuitbreaker_services_by_status_total: ['status'],
      circuitbreaker_storage_items_total: ['kind'],
      circuitbreaker_storage_capacity_gb_total: none,
      circuitbreaker_storage_used_gb_total: none,
      circuitbreaker_networks_total: none,
      circuitbreaker_hardware_clusters_total: none,
      circuitbreaker_external_nodes_total: ['provider', 'kind'],
      circuitbreaker_misc_items_total: none,
      circuitbreaker_docs_total: none,
      circuitbreaker_users_total: none,
      circuitbreaker_tags_total: none,
      circuitbreaker_service_dependencies_total: none,
      circuitbreaker_audit_log_entries_total: ['level', 'category'],
      circuitbreaker_service_status: ['name', 'slug', 'environment', 'status'],
      circuitbreaker_hardware_memory_configured_gb: ['name', 'role'],
      circuitbreaker_compute_unit_memory_configured_mb: ['name', 'kind'],
      circuitbreaker_compute_unit_cpu_cores_configured: ['name', 'kind'],
      circuitbreaker_storage_capacity_gb: ['name', 'kind'],
      circuitbreaker_storage_used_gb: ['name', 'kind'],
    },
  },
  // Ten of the node exporter's, as Debian's shows them.
  'node-exporter': {
    gauge: {
      node_load1: none,
      node_load5: none,
      node_load15: none,
      node_memory_MemTotal_bytes: none,
      node_memory_MemAvailable_bytes: none,
      node_boot_time_seconds: none,
      node_time_seconds: none,
      node_filefd_allocated: none,
      node_filefd_maximum: none,
    },
    counter: { node_context_switches_total: none },
  },
};

/** Titles of panels that the manuals name. */
export const publishedPanels: Readonly<Record<string, readonly string[]>> = {
  flowtriq: [
    'Node Overview',
    'Traffic Volume, PPS',
    'Traffic Volume, BPS',
    'Protocol Distribution',
    'Active Connections',
    'Top Talkers',
    'PPS vs Baseline',
    'Mitigation Rules',
    'BGP Adapter Health',
    'Attack Timeline',
  ],
  'circuit-breaker': [
    'Service status overview',
    'Degraded/stopped services',
    'Storage utilization',
    'Inventory totals',
    'RAM by host',
    'Storage by item',
  ],
};
