import '../../zod-config.ts';
import { UpdateTaskInput } from '@docket/domain';
import type { TextFields } from './check-text.ts';

const TextRules = UpdateTaskInput.pick({ title: true, description: true });

/** What Docket would make of the text, or what it would refuse it for. */
export const applyRules = (fields: TextFields): { fields: TextFields } | { fault: string } => {
  const checked = TextRules.safeParse(fields);
  if (!checked.success) return { fault: checked.error.issues[0]?.message ?? 'This text cannot be saved.' };
  const { title = fields.title, description = fields.description } = checked.data;
  return {
    fields: { ...(title === undefined ? {} : { title }), ...(description === undefined ? {} : { description }) },
  };
};
