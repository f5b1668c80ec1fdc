// ONNX's textual syntax (docs/Syntax.md of the ONNX project). Wider than the document in three places: inputs and
// outputs of nested graphs may leave out their types, quoted names may hold escapes, lists may be empty where a type is given.
grammar OnnxText;

model: properties? graph function* EOF;

properties: '<' property (',' property)* ','? '>';
property: ID ':' propertyValue;
propertyValue: STRING | INT | '[' (pair (',' pair)* ','?)? ']';
pair: STRING ':' (INT | STRING);

graph: name '(' (input (',' input)*)? ')' '=>' '(' (valueInfo (',' valueInfo)*)? ')' declarations? block;

declarations: '<' (declaration (',' declaration)*)? '>';
declaration: type name ('=' constantData)?;
input: type? name ('=' constantData)?;
valueInfo: type? name;

constantData: '{' (literal (',' literal)*)? '}' # inlineData
    | '[' pair (',' pair)* ']' # externalData;

type: ID # scalarType
    | ID '[' ']' # unrankedType
    | ID '[' dim (',' dim)* ']' # shapedType
    | ID '(' (typeArgument (',' typeArgument)*)? ')' # compositeType;
typeArgument: type | ID ('.' ID)+;
dim: '?' | name | INT;

block: '{' node* '}';
node: ('[' name ']')? results '=' operator (before = attributes)? '(' operands ')' (after = attributes)?;
results: argument (',' argument)*;
operands: argument (',' argument)*;
argument: name?;
operator: name ('.' name)* (':' name)?;

attributes: '<' (attribute (',' attribute)*)? '>';
attribute: name (':' ID)? '=' attributeValue;
attributeValue: single | '[' (single (',' single)*)? ']';
single: tensorConstant # tensorValue
    | graph # graphValue
    | '@' name # reference
    | literal # literalValue
    | type # typeValue;
tensorConstant: type name? '='? '{' (literal (',' literal)*)? '}';

function: properties name (formals = formalAttributes)? '(' (valueInfo (',' valueInfo)*)? ')' '=>' '(' (valueInfo (',' valueInfo)*)? ')'
    declarations? block;
formalAttributes: '<' (formal (',' formal)*)? '>';
formal: attribute | name;

literal: INT | FLOAT | STRING | ID;
name: ID | STRING;

INT: [-+]? [0-9]+;
FLOAT: [-+]? ([0-9]+ '.' [0-9]* | '.' [0-9]+ | [0-9]+) ([eE] [-+]? [0-9]+)? | [-+] ('inf' | 'infinity' | 'nan' | 'NaN');
ID: [a-zA-Z_] [a-zA-Z0-9_]*;
STRING: '"' (~["\\] | '\\' .)* '"';

COMMENT: '#' ~[\r\n]* -> skip;
SPACE: [ \t\r\n]+ -> skip;
