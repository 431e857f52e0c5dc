// A choice among a few that are all in sight.
interface Props<T extends string | number> {
  label: string;
  value: T | null;
  options: readonly (readonly [value: T, text: string])[];
  onChange: (value: T) => void;
}

export function Switch<T extends string | number>({ label, value, options, onChange }: Props<T>) {
  return (
    <span className="switch" role="group" aria-label={label}>
      {options.map(([known, text]) => (
        <button
          key={known}
          type="button"
          aria-pressed={known === value}
          onClick={() => onChange(known)}
        >
          {text}
        </button>
      ))}
    </span>
  );
}
