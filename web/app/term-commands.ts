// Questions for what a word of the field means.

import type { Command } from '../commands/command.ts';
import { TERMS, type TermEntry, type TermId } from '../glossary/terms.ts';

function isTerm(id: string): id is TermId {
  return Object.hasOwn(TERMS, id);
}

function firstSentence(text: string): string {
  return /^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text;
}

export function termCommands(onTerm: (id: TermId) => void): readonly Command[] {
  return Object.keys(TERMS)
    .filter(isTerm)
    .map((id): Command => {
      const { asked, text }: TermEntry = TERMS[id];
      return {
        id: `term ${id}`,
        title: `What is ${asked}?`,
        group: 'Terms',
        hint: firstSentence(text),
        run: () => onTerm(id),
      };
    });
}
