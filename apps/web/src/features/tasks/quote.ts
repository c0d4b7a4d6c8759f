const QUOTED_CHARACTERS = 60;

/** A title within a sentence; the whole of it is on the page. */
export const quote = (title: string): string => {
  const characters = Array.from(title);
  const isLong = characters.length > QUOTED_CHARACTERS;
  return `“${isLong ? `${characters.slice(0, QUOTED_CHARACTERS).join('').trimEnd()}…` : title}”`;
};
