// Where in a JSON text the value of a pointer stands, so that an error can be shown at its place.

export interface Place {
  line: number; // from 1
  column: number; // from 1
}

export function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  return {
    line: before.split('\n').length,
    column: offset - before.lastIndexOf('\n'),
  };
}

// The ways of JSON through `text`: where the value of each pointer begins. Throws where it is none.
class Reader {
  readonly starts = new Map<string, number>();
  private at = 0;

  constructor(private readonly text: string) {}

  read(): void {
    this.value('');
    this.space();
    if (this.at < this.text.length) this.wrong();
  }

  private wrong(): never {
    throw this.at;
  }

  private space(): void {
    while (/\s/.test(this.text.charAt(this.at))) this.at += 1;
  }

  private take(char: string): boolean {
    this.space();
    if (this.text.charAt(this.at) !== char) return false;
    this.at += 1;
    return true;
  }

  private expect(char: string): void {
    if (!this.take(char)) this.wrong();
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) this.wrong();
    this.at += found.length;
    return found;
  }

  private value(pointer: string): void {
    this.space();
    this.starts.set(pointer, this.at);
    const char = this.text.charAt(this.at);
    if (char === '{') this.members(pointer);
    else if (char === '[') this.items(pointer);
    else if (char === '"') this.match(/"(?:[^"\\]|\\.)*"/y);
    else this.match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y);
  }

  private members(pointer: string): void {
    this.expect('{');
    if (this.take('}')) return;
    do {
      this.space();
      const name = JSON.parse(this.match(/"(?:[^"\\]|\\.)*"/y)) as string;
      this.expect(':');
      this.value(`${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    } while (this.take(','));
    this.expect('}');
  }

  private items(pointer: string): void {
    this.expect('[');
    if (this.take(']')) return;
    let i = 0;
    do {
      this.value(`${pointer}/${i}`);
      i += 1;
    } while (this.take(','));
    this.expect(']');
  }
}

// The nearest place that is there: of a member that is missing, that of the object it should be in.
// Null: the text is not JSON.
export function placeOf(text: string, pointer: string): Place | null {
  const reader = new Reader(text);
  try {
    reader.read();
  } catch (where) {
    if (typeof where === 'number') return null;
    if (where instanceof SyntaxError) return null;
    throw where;
  }
  let nearest = pointer;
  while (nearest !== '' && !reader.starts.has(nearest)) {
    nearest = nearest.slice(0, nearest.lastIndexOf('/'));
  }
  return placeAt(text, reader.starts.get(nearest) ?? 0);
}

// Where the text stops being JSON; null: it is JSON.
export function syntaxError(text: string): Place | null {
  const reader = new Reader(text);
  try {
    reader.read();
  } catch (where) {
    if (typeof where === 'number') return placeAt(text, where);
    if (where instanceof SyntaxError) return placeAt(text, 0);
    throw where;
  }
  return null;
}
