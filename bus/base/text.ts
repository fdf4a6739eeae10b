/**
 * The message catalogue. Every text a person reads is looked up here by key, so that
 * another language is another table and no code changes. English is complete by
 * construction; other languages may fall back to it key by key.
 */
import i18next, { type i18n } from 'i18next';
import { CODES } from './codes.ts';

export type TextValues = Readonly<Record<string, unknown>>;
export type TextTable = Readonly<Record<string, string>>;

export const LANGUAGES = ['en', 'zh-Hans', 'zh-Hant'] as const;
export type Language = (typeof LANGUAGES)[number];

const catalogue: i18n = i18next.createInstance();
void catalogue.init({
  lng: 'en',
  fallbackLng: 'en',
  initAsync: false,
  keySeparator: false,
  nsSeparator: false,
  interpolation: { escapeValue: false },
  resources: { en: { translation: codeTexts() } },
});

/** Adds a part's texts; keys are dotted and carry the part's name first ("cli.lag.title"). */
export function addTexts(language: Language, texts: TextTable): void {
  catalogue.addResourceBundle(language, 'translation', texts, true, true);
}

/** Chooses the language of everything rendered from now on. */
export function useLanguage(language: Language): void {
  void catalogue.changeLanguage(language);
}

/** The text of `key` with `{{name}}` filled from `values`; the key itself where no table has it. */
export function text(key: string, values: TextValues = {}): string {
  return catalogue.t(key, { ...values });
}

function codeTexts(): TextTable {
  return Object.fromEntries(
    Object.entries(CODES).flatMap(([code, entry]) => [
      [code, entry.message],
      [`${code}.cause`, entry.cause],
      [`${code}.remedy`, entry.remedy],
    ]),
  );
}
