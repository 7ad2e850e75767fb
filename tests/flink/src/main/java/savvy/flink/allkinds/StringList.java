package savvy.flink.allkinds;

import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/** Gives a list field the built-in serializer, which Flink 1.x does not choose by itself. */
public final class StringList extends TypeInfoFactory<List<String>> {

  @Override
  public TypeInformation<List<String>> createTypeInfo(
      Type type, Map<String, TypeInformation<?>> parameters) {
    return Types.LIST(Types.STRING);
  }
}
