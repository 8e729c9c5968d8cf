// A transform of the AssemblyScript compiler that counts: V8 has no line coverage for WASM, so each statement is
// preceded by a call to an imported function, `coverage.hit(point)`.
//
// A point is a statement in a function, or a branch of an expression (an arm of `?:`, the right side of `&&` and `||`)
// that starts on a later line than what decides about it. A branch on the same line counts as its line.

import {
  BinaryExpression,
  BlockStatement,
  DoStatement,
  EmptyStatement,
  ForOfStatement,
  ForStatement,
  FunctionDeclaration,
  IfStatement,
  Node,
  operatorTokenToString,
  SwitchCase,
  TernaryExpression,
  VariableStatement,
  WhileStatement,
  type Expression,
  type Parser,
  type Range,
  type Statement,
} from 'assemblyscript';
import { assert } from '../../../src/base/assert.ts';
import { HIT_MODULE, HIT_NAME, type Point } from './points.ts';

const HIT_FUNCTION = '__coverage_hit';
// Global, so that no source needs an import
const HIT_SOURCE = `@global @external("${HIT_MODULE}", "${HIT_NAME}")
declare function ${HIT_FUNCTION}(point: u32): void;`;

/** One compilation's transform. `points` is complete once the sources are parsed. */
export class CoverageTransform {
  readonly points: Point[] = [];

  /** Called by the compiler. Changes the syntax trees of all sources but the language's own library. */
  afterParse(parser: Parser): void {
    for (const source of parser.sources) if (!source.isLibrary) this.#visit(source);
    parser.parseFile(HIT_SOURCE, 'coverage-hit.ts', false);
  }

  #visit(node: Node): void {
    wrapBodies(node);
    this.#countBranches(node);
    for (const child of childrenOf(node)) this.#visit(child);
    if (node instanceof BlockStatement || node instanceof SwitchCase) {
      node.statements = node.statements.flatMap((statement) =>
        isExecutable(statement) ? [this.#hitStatement(statement.range), statement] : [statement],
      );
    }
  }

  #countBranches(node: Node): void {
    if (node instanceof TernaryExpression) {
      const { condition } = node;
      node.ifThen = this.#countBranch(node.ifThen, condition);
      node.ifElse = this.#countBranch(node.ifElse, condition);
    } else if (node instanceof BinaryExpression && isLogical(node)) {
      node.right = this.#countBranch(node.right, node.left);
    }
  }

  /** The branch itself, or a comma expression that counts it first. */
  #countBranch(branch: Expression, decider: Expression): Expression {
    if (lineOf(branch.range) === endLineOf(decider.range)) return branch;
    const { range } = branch;
    return Node.createCommaExpression([this.#hit(range), branch], range);
  }

  #hitStatement(range: Range): Statement {
    return Node.createExpressionStatement(this.#hit(range));
  }

  #hit(range: Range): Expression {
    const point = this.points.push({ file: range.source.normalizedPath, line: lineOf(range) }) - 1;
    const name = Node.createIdentifierExpression(HIT_FUNCTION, range);
    const number = Node.createIntegerLiteralExpression(i64_new(point), range);
    return Node.createCallExpression(name, null, [number], range);
  }
}

/** Gives every body that is a single statement its braces, where a statement can be put before it. */
function wrapBodies(node: Node): void {
  if (node instanceof IfStatement) {
    node.ifTrue = asBlock(node.ifTrue);
    if (node.ifFalse !== null) node.ifFalse = asBlock(node.ifFalse);
  } else if (
    node instanceof WhileStatement ||
    node instanceof DoStatement ||
    node instanceof ForStatement ||
    node instanceof ForOfStatement
  ) {
    node.body = asBlock(node.body);
  } else if (node instanceof FunctionDeclaration && node.body !== null) {
    assert(
      node.body instanceof BlockStatement,
      `function ${node.name.text} has a block as its body`,
    );
  }
}

function asBlock(body: Statement): Statement {
  return body instanceof BlockStatement ? body : Node.createBlockStatement([body], body.range);
}

/** Whatever nodes a node has in its fields, so that no kind of node is forgotten. */
function childrenOf(node: Node): readonly Node[] {
  const fields: readonly unknown[] = Object.values(node);
  return fields.flat().filter((field) => field instanceof Node);
}

function isExecutable(statement: Statement): boolean {
  if (statement instanceof BlockStatement || statement instanceof EmptyStatement) return false;
  if (!(statement instanceof VariableStatement)) return true;
  return statement.declarations.some(({ initializer }) => initializer !== null);
}

function isLogical({ operator }: BinaryExpression): boolean {
  return ['&&', '||'].includes(operatorTokenToString(operator));
}

function lineOf({ source, start }: Range): number {
  return source.lineAt(start);
}

function endLineOf({ source, end }: Range): number {
  return source.lineAt(end);
}
