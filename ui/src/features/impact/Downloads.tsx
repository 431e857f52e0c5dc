// The whole answer as a file, written by the server.
import { useState } from 'react';
import { ApiProblem } from '../../api/client';
import { Icon } from '../../components/Icons';
import { ProblemNote } from '../../components/ProblemNote';
import { saveBlob } from '../../lib/download';
import type { FileFormat, Question } from './useImpact';
import { impactFile } from './useImpact';

interface Props {
  question: Question;
  file: string;
  disabled: boolean;
}

const formats: { format: FileFormat; label: string; title: string }[] = [
  { format: 'csv', label: 'CSV', title: 'All of it as a table' },
  { format: 'ndjson', label: 'JSON', title: 'All of it as JSON, one line for each node' },
];

export function Downloads({ question, file, disabled }: Props) {
  const [busy, setBusy] = useState<FileFormat | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const download = async (format: FileFormat) => {
    setBusy(format);
    setProblem(null);
    try {
      saveBlob(`${file}.${format}`, await impactFile(question, format));
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      setProblem(error);
    } finally {
      setBusy(null);
    }
  };
  return (
    <>
      {formats.map(({ format, label, title }) => (
        <button
          key={format}
          type="button"
          className="button"
          title={title}
          disabled={disabled || busy !== null}
          onClick={() => void download(format)}
        >
          <Icon name="download" /> {busy === format ? 'Writing …' : label}
        </button>
      ))}
      {problem && <ProblemNote problem={problem} />}
    </>
  );
}
