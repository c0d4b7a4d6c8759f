import { type RefObject, useEffect, useState } from 'react';

export type FormErrors = Readonly<Record<string, string>>;

/** The errors of a form's fields; the caret goes to the first field at fault as soon as there are any. */
export const useFormErrors = (form: RefObject<HTMLFormElement | null>) => {
  const [errors, setErrors] = useState<FormErrors>({});

  useEffect(() => {
    if (Object.keys(errors).length === 0) return;
    form.current?.querySelector<HTMLInputElement>('[aria-invalid="true"]')?.focus();
  }, [errors, form]);

  /** To be called as a field is typed in: what was wrong with it may not be any more. */
  const forget = (field: string) => {
    if (!(field in errors)) return;
    setErrors(Object.fromEntries(Object.entries(errors).filter(([name]) => name !== field)));
  };

  return { errors, setErrors, forget };
};
