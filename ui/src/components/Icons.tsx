// Drawn here, so that nothing is fetched. Decorative: the text beside them says it.
const stroke = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.6,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const;

const shapes = {
  dataset: (
    <>
      <ellipse cx="8" cy="4" rx="5" ry="2" />
      <path d="M3 4v8c0 1.1 2.2 2 5 2s5-.9 5-2V4M3 8c0 1.1 2.2 2 5 2s5-.9 5-2" />
    </>
  ),
  job: (
    <>
      <path d="M2 5c3 0 3 6 6 6s3-6 6-6" />
      <path d="M12 3l2 2-2 2" />
    </>
  ),
  consumer: (
    <>
      <circle cx="8" cy="5" r="2.600" />
      <path d="M3 14c0-3 2-4.800 5-4.800s5 1.800 5 4.800" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.5" />
      <path d="M10.5 10.5L14 14" />
    </>
  ),
  close: <path d="M4 4l8 8M12 4l-8 8" />,
  plus: <path d="M8 3v10M3 8h10" />,
  minus: <path d="M3 8h10" />,
  fit: <path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" />,
  home: (
    <>
      <circle cx="8" cy="8" r="2" />
      <path d="M8 1v3M8 12v3M1 8h3M12 8h3" />
    </>
  ),
  sun: (
    <>
      <circle cx="8" cy="8" r="3" />
      <path d="M8 1v1.5M8 13.500v1.500M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1" />
    </>
  ),
  moon: <path d="M13 9.500A5.500 5.500 0 0 1 6.500 3 5.500 5.500 0 1 0 13 9.500z" />,
  system: (
    <>
      <rect x="2" y="3" width="12" height="8" rx="1" />
      <path d="M6 14h4" />
    </>
  ),
  warn: <path d="M8 2l6.500 11.500h-13zM8 6.500v3M8 11.500v.01" />,
  download: <path d="M8 2v8M5 7l3 3 3-3M3 13h10" />,
  panel: (
    <>
      <rect x="2" y="3" width="12" height="10" rx="1.500" />
      <path d="M10 3v10" />
    </>
  ),
  play: <path d="M5 3l8 5-8 5z" />,
  pause: <path d="M5.500 3v10M10.500 3v10" />,
  back: <path d="M12 3L6 8l6 5M4 3v10" />,
  next: <path d="M4 3l6 5-6 5M12 3v10" />,
  compare: <path d="M8 2v12M5.500 5L2 8l3.500 3M10.500 5L14 8l-3.500 3" />,
  field: <path d="M3 3h10v10H3zM3 6.500h10M7 6.500V13" />,
  mask: (
    <path d="M2 6c3-1.500 9-1.500 12 0 0 4-2 5.500-3.500 5.500S8.500 10 8 10s-1 1.500-2.500 1.500S2 10 2 6zM5 8h1.500M9.500 8H11" />
  ),
  edit: <path d="M3 13l.7-3L10.500 3.200l2.300 2.300L6 12.300zM9 4.700L11.300 7" />,
  table: <path d="M2 3h12v10H2zM2 6.500h12M2 10h12M6.500 6.500V13" />,
  code: <path d="M5.500 4L2 8l3.500 4M10.500 4L14 8l-3.500 4" />,
  schema: <path d="M3 2.500h10v11H3zM3 6h10M3 9.500h10M7.500 6v7.500" />,
  failed: (
    <path d="M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM5.700 5.700l4.600 4.600M10.300 5.700l-4.600 4.600" />
  ),
  late: <path d="M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM8 4.500V8l2.500 1.800" />,
  missing: (
    <path
      strokeDasharray="2.200 2.200"
      d="M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13z"
    />
  ),
  volume: <path d="M2 13.500h12M4 13V9M8 13V3M12 13V7" />,
  rewrite: <path d="M13 8a5 5 0 1 1-1.500-3.600M12 1.500v3.200H8.800" />,
  arrow: <path d="M3 8h10M9 4l4 4-4 4" />,
};

export type IconName = keyof typeof shapes;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden {...stroke}>
      {shapes[name]}
    </svg>
  );
}
