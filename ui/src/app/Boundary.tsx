// A defect of one page does not take the frame and the search box with it.
import type { ReactNode } from 'react';
import { Component } from 'react';

interface Props {
  place: string; // another place, another try
  children: ReactNode;
}

interface State {
  failed: { place: string; message: string } | null;
}

export class Boundary extends Component<Props, State> {
  override state: State = { failed: null };

  override componentDidCatch(error: Error): void {
    this.setState({ failed: { place: this.props.place, message: error.message } });
  }

  static getDerivedStateFromError(): Partial<State> {
    return { failed: { place: '', message: '' } };
  }

  override componentDidUpdate(before: Props): void {
    if (this.state.failed && before.place !== this.props.place) this.setState({ failed: null });
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <main className="page" id="main">
        <div className="note note-error" role="alert">
          <div>
            <strong>This page has a defect.</strong>
            <p>
              {this.state.failed.message || 'What the server answered could not be shown.'} Go
              elsewhere, or load the page again.
            </p>
          </div>
        </div>
      </main>
    );
  }
}
