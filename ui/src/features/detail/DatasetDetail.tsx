import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import { Loading, StateMark } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { plural } from '../../lib/format';
import type { Clocks } from '../../lib/lineageUrl';
import { clockQuery } from '../../lib/lineageUrl';
import { Link } from '../../lib/router';
import { useResource } from '../../lib/useResource';
import { Description, Owners, Tags } from './Annotations';
import { columnSources } from './facetReads';
import type { Changed, NodeDetailProps } from './NodeDetail';
import { Chips, Facts, Neighbours, Section, When } from './parts';
import { ProfileOfDataset } from './ProfileSection';
import { UseOfDataset } from './UseSection';

type Dataset = Schemas['Dataset'];

function Fields({ dataset }: { dataset: Dataset }) {
  if (dataset.fields.length === 0) return <p className="quiet">No schema was reported.</p>;
  return (
    <table className="fields">
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Type</th>
        </tr>
      </thead>
      <tbody>
        {dataset.fields.map((field) => {
          const sources = columnSources(dataset.facets, field.name);
          return (
            <tr key={field.name}>
              <th scope="row">
                <span className="mono">{field.name}</span>
                {field.tags.length > 0 && (
                  <Chips items={field.tags} label={`Tags of ${field.name}`} />
                )}
                {field.description && <p className="field-about">{field.description}</p>}
                {sources.map((s) => (
                  <p
                    className="field-source"
                    key={`${s.namespace} ${s.dataset} ${s.field} ${s.how}`}
                  >
                    from{' '}
                    <span className="mono">
                      {s.dataset}.{s.field}
                    </span>
                    {s.how && ` · ${s.how}`}
                  </p>
                ))}
              </th>
              <td className="mono">{field.type ?? '–'}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

interface VersionsProps {
  dataset: Dataset;
  clocks: Clocks;
  runHref: (id: string) => string;
}

function Versions({ dataset, clocks, runHref }: VersionsProps) {
  const path = { namespace: dataset.namespace, dataset: dataset.name };
  const versions = useResource(JSON.stringify([path, clocks]), (signal) =>
    ask(
      api.GET('/namespaces/{namespace}/datasets/{dataset}/versions', {
        params: { path, query: { limit: 10, ...clockQuery(clocks) } },
        signal,
      }),
    ),
  );
  if (versions.problem) return <ProblemNote problem={versions.problem} />;
  if (!versions.data || versions.loading) return <Loading what="versions" />;
  if (versions.data.versions.length === 0) return <p className="quiet">None yet.</p>;
  return (
    <>
      <ul className="versions">
        {versions.data.versions.map((v) => (
          <li key={v.version}>
            <span className="mono">{v.version.slice(0, 8)}</span>
            <When iso={v.createdAt} />
            <span className="quiet">{plural(v.fields.length, 'field')}</span>
            {v.createdByRun && (
              <Link href={runHref(v.createdByRun.id)}>
                by a run of {v.createdByRun.jobVersion.name}{' '}
                <StateMark state={v.createdByRun.state} />
              </Link>
            )}
          </li>
        ))}
      </ul>
      {versions.data.totalCount > versions.data.versions.length && (
        <p className="quiet">
          The newest {versions.data.versions.length} of {versions.data.totalCount}.
        </p>
      )}
    </>
  );
}

export function DatasetDetail({ dataset, ...p }: NodeDetailProps & { dataset: Dataset } & Changed) {
  const annotated = {
    nodeId: dataset.nodeId,
    asOf: p.asOf,
    knownAt: p.knownAt,
    description: dataset.description,
    owners: dataset.owners,
    tags: dataset.tags,
    annotations: dataset.annotations,
    onChanged: p.onChanged,
  };
  return (
    <>
      {dataset.deleted && (
        <p className="note note-plain">Deleted; an event that names it brings it back.</p>
      )}
      {dataset.placeholder && (
        <p className="note note-plain">Only named by others so far: nothing described it.</p>
      )}
      <Description {...annotated} />
      <Facts
        rows={[
          ['Type', dataset.type],
          ['Owners', <Owners key="o" {...annotated} />],
          ['Tags', <Tags key="t" {...annotated} />],
          ['Last written', <When key="w" iso={dataset.lastModifiedAt} />],
          ['First seen', <When key="f" iso={dataset.createdAt} />],
          ...(dataset.physicalName !== dataset.name
            ? ([
                [
                  'Physical name',
                  <span key="p" className="mono">
                    {dataset.physicalName}
                  </span>,
                ],
              ] as [string, React.ReactNode][])
            : []),
          ...(dataset.aliases.length > 0
            ? ([
                [
                  'Also known as',
                  <Chips
                    key="a"
                    items={dataset.aliases.map((a) => `${a.namespace} ${a.name}`)}
                    label="Other names"
                  />,
                ],
              ] as [string, React.ReactNode][])
            : []),
        ]}
      />
      <Section title={`Schema (${plural(dataset.fields.length, 'field')})`}>
        <Fields dataset={dataset} />
      </Section>
      <Section title="Use">
        <UseOfDataset key={dataset.nodeId} nodeId={dataset.nodeId} nodeHref={p.nodeHref} />
      </Section>
      <Section title="Profile">
        <ProfileOfDataset key={dataset.nodeId} nodeId={dataset.nodeId} choice={p.profile} />
      </Section>
      <Section title="Neighbours">
        <Neighbours {...p} />
      </Section>
      <Section title="Versions">
        <Versions
          dataset={dataset}
          clocks={{ asOf: p.asOf, knownAt: p.knownAt }}
          runHref={p.runHref}
        />
      </Section>
    </>
  );
}
