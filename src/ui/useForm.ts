import { useEffect, useRef, useState, type FormEvent } from 'react';
import { toFailure, type ApiFailure } from '../api/failure.ts';

/** What is wrong with a field, in words; a field that is fine is left out or undefined. */
export type Errors<Field extends string> = { readonly [Name in Field]?: string | undefined };

interface Rules<Field extends string> {
  /** Judges what was entered, before anything is sent. */
  readonly check: () => Errors<Field>;
  readonly send: () => Promise<void>;
  /** For a refusal that is about a field: told under that instead of above the form. */
  readonly blame?: (refusal: ApiFailure) => Errors<Field> | undefined;
}

/**
 * A form's way: checked, sent once however often it is submitted, a refusal told where it belongs, and the focus given to
 * the first field that is wrong.
 */
export function useForm<Field extends string>({ check, send, blame }: Rules<Field>) {
  const [errors, setErrors] = useState<Errors<Field>>({});
  const [failure, setFailure] = useState<ApiFailure>();
  const [isSending, setSending] = useState(false);
  const [refusals, setRefusals] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), [refusals]);

  function refuse(found: Errors<Field>) {
    setErrors(found);
    setRefusals((count) => count + 1);
  }

  async function submit(action = send, judgeBefore = check) {
    if (isSending) return;
    const found = judgeBefore();
    setFailure(undefined);
    if (isWrong(found)) return refuse(found);
    setErrors({});
    setSending(true);
    try {
      await action();
    } catch (error) {
      const refusal = toFailure(error);
      const blamed = blame?.(refusal);
      if (blamed) refuse(blamed);
      else setFailure(refusal);
    }
    setSending(false);
  }

  return {
    errors,
    /** Says at once what is wrong with a field, or that it is fine again. */
    judge: (part: Errors<Field>) => setErrors((last) => ({ ...last, ...part })),
    failure,
    isSending,
    /** Does something else than `send` with what was entered, and tells what is wrong with it the same way. */
    attempt: (action: () => Promise<void>, judgeBefore = check) => void submit(action, judgeBefore),
    /** For the form's element. */
    formProps: {
      ref: form,
      noValidate: true,
      onSubmit: (event: FormEvent) => {
        event.preventDefault();
        void submit();
      },
    },
  };
}

const isWrong = (errors: Errors<string>) => Object.values(errors).some((error) => error !== undefined);
