/** Where a link was asked for and no mail server is set up. */
export const NO_MAIL = 'This Docket sends no mail. Ask whoever runs it.';
