import { useEffect, useState, type RefObject } from 'react';
import { FilterInput } from '@grafana/ui';

const TYPING_PAUSE_MS = 300;

interface Props {
  readonly label: string;
  readonly value: string;
  readonly maxLength: number;
  /** Has to stay the same function from render to render. */
  readonly onChange: (value: string) => void;
  readonly inputRef?: RefObject<HTMLInputElement | null>;
}

/** A field to filter by, which tells its value when the typing pauses and not at every letter. */
export function DebouncedInput({ label, value, maxLength, onChange, inputRef }: Props) {
  // A draft holds over the value it was typed over; when that changes from elsewhere, the draft is void.
  const [draft, setDraft] = useState({ text: value, over: value });
  const text = draft.over === value ? draft.text : value;
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => {
      setDraft({ text, over: text });
      onChange(text);
    }, TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <FilterInput
      ref={inputRef}
      value={text}
      onChange={(typed) => setDraft({ text: typed, over: value })}
      escapeRegex={false}
      maxLength={maxLength}
      placeholder={label}
      aria-label={label}
    />
  );
}
