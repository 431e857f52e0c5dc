// A text with what was found in it marked.
import type { Piece } from './highlights';

export function Found({ pieces }: { pieces: Piece[] }) {
  return pieces.map((piece, i) =>
    piece.found ? <mark key={i}>{piece.text}</mark> : <span key={i}>{piece.text}</span>,
  );
}
