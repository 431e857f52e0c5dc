// A labelled choice among a few.
interface Props<T extends string> {
  label: string;
  value: T | null;
  options: readonly (readonly [value: T, text: string])[];
  any?: string; // the text of no choice
  onChange: (value: T | null) => void;
}

export function Select<T extends string>({ label, value, options, any, onChange }: Props<T>) {
  return (
    <label className="select">
      {label}
      <select
        value={value ?? ''}
        onChange={(event) =>
          onChange(options.find(([known]) => known === event.target.value)?.[0] ?? null)
        }
      >
        {any !== undefined && <option value="">{any}</option>}
        {options.map(([known, text]) => (
          <option key={known} value={known}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
