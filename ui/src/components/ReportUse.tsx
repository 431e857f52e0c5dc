// What to do where nobody has reported any use yet.

export function ReportUse({ children }: { children?: React.ReactNode }) {
  return (
    <p className="note note-plain">
      <span>
        {children} Use is known from reports: dashboards, notebooks, services and people are told of
        with <a href="/docs#postUsage">POST /api/v1/usage</a>.
      </span>
    </p>
  );
}
