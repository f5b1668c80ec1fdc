// Assembly of npusim programs, a line at a time: a line is a statement. Names of instructions, fields and functions come from the instruction
// tables, not from the grammar.
grammar NpuAsm;

line
    : statement? EOF
    ;

statement
    : directive
    | label+ instruction?
    | instruction
    ;

label
    : (ID | STRING) ':'
    ;

directive
    : DIRECTIVE argument*
    ;

argument
    : ID '=' value      # namedArgument
    | value             # plainArgument
    ;

value
    : STRING
    | sum
    | list
    ;

instruction
    : mnemonic=ID item*
    ;

item
    : ID '=' operand                                # namedItem
    | ID '(' semaphore (',' semaphore)* ')'         # syncItem
    | STRING                                        # labelItem
    | sum                                           # plainItem
    ;

operand
    : list
    | sum (':' type=ID)? list?
    ;

semaphore
    : ID (':' NUMBER)?
    ;

list
    : '[' (sum (',' sum)*)? ']'
    ;

sum
    : term ('+' term)*
    ;

term
    : NUMBER
    | REAL
    | ID '(' NUMBER ')'
    | ID
    ;

DIRECTIVE
    : '.' [A-Za-z_]+
    ;

ID
    : [A-Za-z_] [A-Za-z_0-9]* ('.' [A-Za-z_0-9]+)*
    ;

NUMBER
    : '-'? ('0' [xX] [0-9A-Fa-f_]+ | [0-9] [0-9_]*)
    ;

REAL
    : '-'? ([0-9]+ '.' [0-9]+ ([eE] [+-]? [0-9]+)? | [0-9]+ [eE] [+-]? [0-9]+)
    | '-inf'
    ;

STRING
    : '"' (~["\\\r\n] | '\\' .)* '"'
    ;

COMMENT
    : '//' ~[\r\n]* -> skip
    ;

SPACE
    : [ \t\r]+ -> skip
    ;

// Anything else, such as an open string: reported by the parser at its place.
UNKNOWN
    : .
    ;
