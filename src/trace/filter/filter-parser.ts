// Made from filter.grammar by `npm run grammar`.
import { LRParser } from '@lezer/lr';
const spec_identifier = { __proto__: null, in: 30, has: 46 };
export const parser = LRParser.deserialize({
  version: 14,
  states:
    "'UQVQPOOOVQPO'#C`ObQQO'#CeO|QQO'#CvO!eQPO'#CtOOQO'#DR'#DROVQPO'#DRO!jQPO'#DQOOQO'#DQ'#DQO!xQPO'#DPOOQO'#DP'#DPQOQPOOOOQO,58z,58zO#TQPO,59OO#`QPO,59UO#ZQPO,59^O#nQPO,59`O#sQPO,59mOVQPO'#CzO#xQPO,58yOVQPO'#C{O$WQPO,58xOOQO'#Ci'#CiOOQO'#DT'#DTOOQO1G.j1G.jO$cQPO'#ClO#TQPO'#CnOOQO1G.p1G.pOOQO1G.x1G.xO$hQPO1G.zOOQO1G/X1G/XOOQO,59f,59fOOQO-E6x-E6xOOQO,59g,59gOOQO-E6y-E6yO#TQPO,59WO$mQPO'#DUOOQO'#DU'#DUO$xQPO,59YOOQO7+$f7+$fOOQO1G.r1G.rO#TQPO'#CyO%QQPO1G.tOOQO1G.t1G.tOOQO,59e,59eOOQO-E6w-E6wOOQO7+$`7+$`",
  stateData:
    '%Y~OrOS~OTPOUUOvQO~OUiXYXX_XXgXXkXXlXXpXXVXX~OY]O_^Og_OkjXljXpjXVjX~OU`O~OkbOltXptXVtX~OldOpsXVsX~OZgO[gOvfO~OZgO[gOcjOvfO~O[mO~OVnO~OkbOlRapRaVRa~OldOpQaVQa~OasO~OVwO~OasOdxXexX~OdyOe{O~OdyOe!OO~O',
  goto: '$_yPPz!O!TPPP!T![PPP!c!TP!mP!tPPP!TP!T!w!TPP#O#U#[PPP#b#h#oP#z$XTYOUVWOUdZTOPUbdZROPUbdYg]^jsyRl_Qk^TujyRk^ZSOPUbdQzvR}zQcVRpcQeXRreQZORaUSXOURqdUVOUdQ[PRobQh]Qi^StjyRxsQvjR|y',
  nodeNames:
    '⚠ Filter Any All Not ! ( ) Comparison Field Operator Number Text Name Membership in Range .. Set { , } Has has Call Function Claim && ||',
  maxTerm: 40,
  skippedNodes: [0],
  repeatNodeCount: 3,
  tokenData:
    "(Q~RgXY!jYZ!j]^!jpq!jqr!{rs#Yvw$awx$lxy%nyz%s|}%x!O!P%}!Q![&Y!^!_&w!_!`'P!`!a&w!c!}'V#R#S'V#T#o'V#o#p'k#p#q'p#q#r'{#r#s#T~!oSr~XY!jYZ!j]^!jpq!jR#QPTP!_!`#TQ#YOYQ~#]WOY#YZr#Yrs#us#O#Y#O#P#z#P;'S#Y;'S;=`$Z<%lO#Y~#zO[~~#}SOY#YZ;'S#Y;'S;=`$Z<%lO#Y~$^P;=`<%l#Y~$dPvw$g~$lOk~~$oWOY$lZw$lwx#ux#O$l#O#P%X#P;'S$l;'S;=`%h<%lO$l~%[SOY$lZ;'S$l;'S;=`%h<%lO$l~%kP;=`<%l$l~%sOU~~%xOV~~%}Od~~&QP!O!P&T~&YOa~~&_UZ~!O!P&q!Q![&Y!c!}&Y#R#S&Y#T#o&Y${$|&Y~&tP!Q![&YQ&|PYQ!_!`#TQ'SP!_!`#T~'[Tv~}!O'V!Q!['V!c!}'V#R#S'V#T#o'V~'pOc~~'sP#p#q'v~'{Ol~~(QOe~",
  tokenizers: [0, 1],
  topRules: { Filter: [0, 1] },
  specialized: [
    { term: 38, get: (value: keyof typeof spec_identifier) => spec_identifier[value] || -1 },
  ],
  tokenPrec: 0,
});
