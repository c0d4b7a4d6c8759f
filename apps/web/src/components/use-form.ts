import { type ChangeEvent, useEffect, useRef, useState } from 'react';
import type { z } from 'zod';
import { describeError, readFieldErrors, readIssues } from '../errors.ts';

type FormErrors = Readonly<Record<string, string>>;

type FormOptions<Name extends string, Schema extends z.ZodType> = {
  /** Each field by the name that the schema and the server have for it. */
  readonly initial: Readonly<Record<Name, string>>;
  readonly schema: Schema;
  /** What the schema checks, where that is not just the fields. */
  readonly toInput?: (values: Readonly<Record<Name, string>>) => unknown;
  readonly send: (input: z.output<Schema>) => Promise<unknown>;
  /** What the server refused, by field. */
  readonly readRefusal?: (error: unknown) => FormErrors;
  /** Whether it is worth saying that nothing typed is lost. */
  readonly isTextKept?: boolean;
};

/**
 * A form from typing to its answer: checked by its schema, sent once at a time, and what is wrong said under its field,
 * or above them all. The caret goes to the first field at fault.
 */
export const useForm = <Name extends string, Schema extends z.ZodType>(options: FormOptions<Name, Schema>) => {
  const { initial, schema, toInput, send, readRefusal = readFieldErrors, isTextKept = false } = options;
  const formRef = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState<FormErrors>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [isPending, setIsPending] = useState(false);
  const isSending = useRef(false);

  useEffect(() => {
    if (Object.keys(errors).length === 0) return;
    formRef.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [errors]);

  const change = (name: Name, value: string) => {
    setValues((before) => ({ ...before, [name]: value }));
    // What was wrong with it may not be any more.
    if (name in errors) setErrors(Object.fromEntries(Object.entries(errors).filter(([field]) => field !== name)));
  };

  const sendInput = async (input: z.output<Schema>) => {
    isSending.current = true;
    setIsPending(true);
    try {
      await send(input);
    } catch (error) {
      const refused = readRefusal(error);
      const isShown = Object.keys(refused).some((field) => field in values);
      setErrors(refused);
      setProblem(isShown ? null : describeError(error, { isTextKept }));
    }
    isSending.current = false;
    setIsPending(false);
  };

  const submit = () => {
    if (isSending.current) return;
    const input = schema.safeParse(toInput ? toInput(values) : values);
    setProblem(null);
    setErrors(input.success ? {} : readIssues(input.error));
    if (input.success) void sendInput(input.data);
  };

  return {
    values,
    change,
    /** Empties every field, or fills them anew. */
    reset: (next: Readonly<Record<Name, string>> = initial) => {
      setValues(next);
      setErrors({});
      setProblem(null);
    },
    /** For `<Form>`. */
    form: { formRef, problem, isPending, onSubmit: submit },
    /** For a text field. */
    field: (name: Name) => ({
      name,
      value: values[name],
      error: errors[name],
      onChange: (event: ChangeEvent<HTMLInputElement | HTMLSelectElement>) => change(name, event.target.value),
    }),
  };
};
