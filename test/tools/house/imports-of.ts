// What a source file imports: statically, dynamically, in a type, or to export it again.

import { parseSync, Visitor, type StaticExportEntry, type StaticImport } from 'oxc-parser';

export interface Import {
  /** As it is written in the file; undefined when it is computed at run time. */
  readonly from: string | undefined;
  readonly isType: boolean;
}

/** Throws an `Error` for a file that can not be parsed. */
export function importsOf(file: string, text: string): readonly Import[] {
  const { module, program, errors } = parseSync(file, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${file} cannot be parsed: ${error.message}`);
  const inTypes: Import[] = [];
  new Visitor({
    TSImportType: ({ source }) => inTypes.push({ from: source.value, isType: true }),
  }).visit(program);
  return [
    ...module.staticImports.map(staticImport),
    ...module.staticExports.flatMap(({ entries }) => entries.flatMap(exportedAgain)),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => ({
      from: literal(text.slice(start, end)),
      isType: false,
    })),
    ...inTypes,
  ];
}

function staticImport({ moduleRequest, entries }: StaticImport): Import {
  return {
    from: moduleRequest.value,
    isType: entries.length > 0 && entries.every(({ isType }) => isType),
  };
}

function exportedAgain({ moduleRequest, isType }: StaticExportEntry): readonly Import[] {
  return moduleRequest === null || moduleRequest === undefined
    ? []
    : [{ from: moduleRequest.value, isType }];
}

function literal(source: string): string | undefined {
  return /^(['"`])([^$]*)\1$/.exec(source)?.[2];
}
