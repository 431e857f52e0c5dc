// What to do with an empty store.
const example = (origin: string) => `curl -sS ${origin}/api/v1/lineage \\
  -H 'Content-Type: application/json' \\
  -d '{
    "eventType": "COMPLETE",
    "eventTime": "'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'",
    "producer": "https://example.com/by-hand",
    "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    "run": { "runId": "first-run" },
    "job": { "namespace": "demo", "name": "load_orders" },
    "inputs": [{ "namespace": "demo", "name": "raw.orders" }],
    "outputs": [{ "namespace": "demo", "name": "mart.orders" }]
  }'`;

export function GettingStarted() {
  const { origin } = window.location;
  return (
    <section className="card getting-started" aria-label="Getting started">
      <h2>Nothing here yet</h2>
      <p>
        Point an OpenLineage client at <code>{origin}</code> (endpoint <code>api/v1/lineage</code>),
        or send a first event by hand:
      </p>
      <pre className="code" tabIndex={0}>
        {example(origin)}
      </pre>
      <p>
        The <a href="/docs">API page</a> lists everything else.
      </p>
    </section>
  );
}
