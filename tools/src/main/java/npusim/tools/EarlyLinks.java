package npusim.tools;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives a class methods of its own for its pattern switches and for its records' {@code equals} and
 * {@code hashCode}. Compilers leave these to the JVM, which generates code for each at its first
 * use; the start-up cache doesn't take that code, and a short run spends more time on it than on
 * the switches and records themselves.
 */
final class EarlyLinks {
  private static final ClassDesc OBJECTS = ClassDesc.of("java.util.Objects");

  private final ClassDesc owner;
  private final boolean isInterface;
  private final Map<Link, String> methods = new LinkedHashMap<>();

  /** What a call site is linked to: equal ones share a method. */
  private record Link(String name, MethodTypeDesc type, List<ConstantDesc> arguments) {
    boolean isSwitch() {
      return name.equals("typeSwitch");
    }
  }

  private EarlyLinks(ClassModel model) {
    this.owner = model.thisClass().asSymbol();
    this.isInterface = model.flags().has(AccessFlag.INTERFACE);
  }

  /**
   * The class with its call sites linked.
   *
   * @param classes knows the class hierarchy
   * @param bytes a class file, returned itself when it has no such call sites
   */
  static byte[] in(ClassFile classes, byte[] bytes) {
    ClassModel model = classes.parse(bytes);
    if (model.methods().stream().noneMatch(EarlyLinks::concerns)) {
      return bytes;
    }
    var links = new EarlyLinks(model);
    MethodTransform calls =
        MethodTransform.transformingCode(
            (builder, element) -> {
              Link link = element instanceof InvokeDynamicInstruction i ? link(i) : null;
              if (link == null) {
                builder.with(element);
              } else {
                builder.invokestatic(links.owner, links.method(link), link.type, links.isInterface);
              }
            });
    ClassTransform callers =
        (builder, element) -> {
          if (element instanceof MethodModel m && concerns(m)) {
            builder.transformMethod(m, calls);
          } else {
            builder.with(element);
          }
        };
    return classes.transformClass(model, callers.andThen(ClassTransform.endHandler(links::add)));
  }

  private static boolean concerns(MethodModel m) {
    return m.code().map(EarlyLinks::concerns).orElse(false);
  }

  private static boolean concerns(CodeModel code) {
    return code.elementStream()
        .anyMatch(e -> e instanceof InvokeDynamicInstruction i && link(i) != null);
  }

  /** What a call site stands for; null for what the start-up cache takes, or is left alone. */
  private static Link link(InvokeDynamicInstruction i) {
    String bootstrap =
        i.bootstrapMethod().owner().displayName() + "." + i.bootstrapMethod().methodName();
    var link = new Link(i.name().stringValue(), i.typeSymbol(), i.bootstrapArgs());
    return switch (bootstrap) {
      case "SwitchBootstraps.typeSwitch" ->
          link.arguments.stream().allMatch(a -> a instanceof ClassDesc c && !c.isPrimitive())
              ? link
              : null;
      case "ObjectMethods.bootstrap" -> link.name.equals("toString") ? null : link;
      default -> null;
    };
  }

  private String method(Link link) {
    return methods.computeIfAbsent(link, l -> l.name + "$linked$" + methods.size());
  }

  private void add(ClassBuilder builder) {
    methods.forEach(
        (link, name) ->
            builder.withMethodBody(
                name,
                link.type,
                ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC,
                code -> body(link, code)));
  }

  private static void body(Link link, CodeBuilder code) {
    if (link.isSwitch()) {
      typeSwitch(link.arguments, code);
    } else if (link.name.equals("equals")) {
      equal(link, code);
    } else {
      hash(link, code);
    }
  }

  /**
   * The index of the first type that the value (parameter 0) is of, from an index (parameter 1) on;
   * -1 for null and the number of types for none of them.
   */
  private static void typeSwitch(List<ConstantDesc> types, CodeBuilder code) {
    code.aload(0).ifThen(java.lang.classfile.Opcode.IFNULL, b -> b.loadConstant(-1).ireturn());
    for (int i = 0; i < types.size(); i++) {
      var next = code.newLabel();
      code.iload(1).loadConstant(i).if_icmpgt(next);
      code.aload(0).instanceOf((ClassDesc) types.get(i)).ifeq(next);
      code.loadConstant(i).ireturn();
      code.labelBinding(next);
    }
    code.loadConstant(types.size()).ireturn();
  }

  /** The fields of a record, as its call sites name them. */
  private static List<DirectMethodHandleDesc> fields(Link link) {
    List<DirectMethodHandleDesc> fields = new ArrayList<>();
    link.arguments.stream().skip(2).forEach(a -> fields.add((DirectMethodHandleDesc) a));
    return fields;
  }

  private static void equal(Link link, CodeBuilder code) {
    ClassDesc record = link.type.parameterType(0);
    var different = code.newLabel();
    code.aload(1).instanceOf(record).ifeq(different);
    for (DirectMethodHandleDesc f : fields(link)) {
      ClassDesc type = f.invocationType().returnType();
      code.aload(0).getfield(record, f.methodName(), type);
      code.aload(1).checkcast(record).getfield(record, f.methodName(), type);
      switch (TypeKind.from(type)) {
        case REFERENCE ->
            code.invokestatic(
                    OBJECTS,
                    "equals",
                    MethodTypeDesc.of(
                        ConstantDescs.CD_boolean, ConstantDescs.CD_Object, ConstantDescs.CD_Object))
                .ifeq(different);
        case FLOAT, DOUBLE ->
            code.invokestatic(
                    box(type), "compare", MethodTypeDesc.of(ConstantDescs.CD_int, type, type))
                .ifne(different);
        case LONG -> code.lcmp().ifne(different);
        default -> code.if_icmpne(different);
      }
    }
    code.iconst_1().ireturn();
    code.labelBinding(different);
    code.iconst_0().ireturn();
  }

  private static void hash(Link link, CodeBuilder code) {
    ClassDesc record = link.type.parameterType(0);
    code.iconst_0();
    for (DirectMethodHandleDesc f : fields(link)) {
      ClassDesc type = f.invocationType().returnType();
      code.bipush(31).imul();
      code.aload(0).getfield(record, f.methodName(), type);
      ClassDesc by = type.isPrimitive() ? box(type) : OBJECTS;
      ClassDesc of = type.isPrimitive() ? type : ConstantDescs.CD_Object;
      code.invokestatic(by, "hashCode", MethodTypeDesc.of(ConstantDescs.CD_int, of)).iadd();
    }
    code.ireturn();
  }

  private static ClassDesc box(ClassDesc primitive) {
    return switch (TypeKind.from(primitive)) {
      case BOOLEAN -> ConstantDescs.CD_Boolean;
      case BYTE -> ConstantDescs.CD_Byte;
      case CHAR -> ConstantDescs.CD_Character;
      case SHORT -> ConstantDescs.CD_Short;
      case INT -> ConstantDescs.CD_Integer;
      case LONG -> ConstantDescs.CD_Long;
      case FLOAT -> ConstantDescs.CD_Float;
      case DOUBLE -> ConstantDescs.CD_Double;
      case REFERENCE, VOID -> throw new IllegalArgumentException(primitive + " has no box");
    };
  }
}
